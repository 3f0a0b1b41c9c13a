"""What is run, and on what.

Needs: the configuration. Makes: results/study.json, results/device.json.
"""

import shutil

# Stages whose jobs can share a process.
SHARING = ("footprint", "latency", "frames", "threads", "batch", "streaming")


onstart:
    try:
        run_lock.hold()
    except UserError as error:
        sys.exit(str(error))
    write_json(STUDY.model_dump(), Path(STUDY_FILE))
    planned = {stage: {} for stage in SHARING}
    to_make = {"make_table": {}, "plot_figure": {}, "count_model": {}}
    pending = list(workflow.dag.needrun_jobs())
    made = {str(file) for job in pending for file in job.output}
    for job in pending:
        after = sorted(made.intersection(map(str, job.input)))
        if job.rule.name in to_make:
            (name,) = job.wildcards
            its = {"outputs": list(map(str, job.output)), "after": after}
            if job.rule.name == "count_model":
                its |= {"job": json.loads(job.params.job), "manifest": job.input.model}
            to_make[job.rule.name][name] = its
        before, _, stage = job.rule.name.partition("measure_")
        if not before and stage in planned:
            its = {"job": json.loads(job.params.job), "manifest": job.input.model}
            its["code"] = job.params.code
            if stage == "latency":
                # No input, since it changes no latency: it says what can share a process.
                its["footprint"] = footprint_of(job.wildcards)
                after += made.intersection([its["footprint"]])
            planned[stage][job.output.rows] = its | {"after": after}
    write_json(planned, Path(PLANNED))
    shutil.rmtree(Path(TO_MAKE).with_suffix(""), ignore_errors=True)  # what a run before left
    write_json(to_make, Path(TO_MAKE))
    # Snakemake limits the jobs of a second, and to do so looks at what is ready again a second
    # after each look: one chain of looks for each job that has ended, after fifty jobs half a
    # core beside what is measured. Without a limit it looks when a job ends.
    # It is private to Snakemake and may go; tests/test_snakemake.py says whether the pinned
    # release still has it.
    if hasattr(workflow.scheduler, "job_rate_limiter"):
        workflow.scheduler.job_rate_limiter = None


# Where another workflow uses this one as a module, Snakemake calls no onstart of ours.
if not os.path.samefile(os.path.dirname(workflow.main_snakefile), PROJECT):
    write_json(STUDY.model_dump(), Path(STUDY_FILE))
    for plan in (TO_MAKE, PLANNED):  # of a run before
        Path(plan).unlink(missing_ok=True)


rule device:
    output:
        "results/device.json",
    log:
        "results/logs/device.log",
    conda:
        ENVIRONMENT
    params:
        program=program("describe_device.py"),
        code=code("describe_device.py"),
        study=STUDY_FILE,
        # How a meter is called may hold a password, and the report shows parameters.
        sha256=hashlib.sha256(STUDY.model_dump_json().encode()).hexdigest(),
    message:
        "Describe the device"
    shell:
        "python {params.program} --config {params.study} --out {output} 2>&1 | tee {log}"
