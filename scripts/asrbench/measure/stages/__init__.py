"""The stages that can share a process: one file a stage, named as the stage.

``measure(process, jobs)`` does jobs of that stage that one process of a build can do, and returns
their rows, which are whole and have no name yet, each with what was found of the device.
"""
