"""What YAML would misread in silence, and what it would never finish, is refused with its line."""

import time

import pytest
from asrbench.basics import yaml_file
from asrbench.basics.errors import UserError


def read(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    return yaml_file.read(path)


BOMB = "a: &a0 [x, x]\n" + "".join(f"b{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: 'a' stands in line 1 too; keep one"),
        ("c:\n  {a: 1, a: 2}\n", "line 2: 'a' stands in line 2 too; keep one"),
        ('l:\n- a: 1\n  "a": 2\n', "line 3: 'a' stands in line 2 too"),
        ('"a\\nb": 1\n"a\\nb": 2\n', r"line 2: 'a\\nb' stands in line 1 too"),
        ("a: 1\nb: 010\n", "line 2: 010 would be read as 8; write that, or put it in quotes"),
        ("b: [-017]\n", "line 1: -017 would be read as -15"),
        ("b: 1:30\n", "line 1: 1:30 would be read as 90; write that"),
        ("b: 1:30.5\n", "line 1: 1:30.5 would be read as 90.5"),
        ("010: b\n", "line 1: 010 would be read as 8"),
        ("b: " + "9" * 5000, "line 1: 99999999999999999999… has more than 100 digits"),
        ("a: &a [*a]\n", r"line 1: \*a repeats what stands elsewhere; write it out"),
        (BOMB, r"line 2: \*a0 repeats what stands elsewhere"),
        ("[" * 100_000, "is not YAML"),
        ("[" * 60, "line 1: is nested more than 50 deep"),
        ("- " * 60 + "a", "line 1: is nested more than 50 deep"),
        ("? [a]\n: 1\n", "line 1: a key must be a word"),
        ("a: !!python/object/apply:os.system [ls]", "line 1: tag:.*: tags are not read"),
        ("a: !!bool x\n", "line 1: tag:.*: tags are not read"),
        ("- a\n", "holds no keys"),
        ("", "holds no keys"),
        ("a: [\n", "is not YAML"),
        ("a: 1\n---\na: 2\n", "is not YAML"),
    ],
)
def test_a_trap_is_one_line(tmp_path, text, said):
    began = time.monotonic()
    with pytest.raises(UserError, match=rf"c\.yaml: {said}") as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500 + len(str(tmp_path))
    assert time.monotonic() - began < 5


def test_what_is_plain_is_read_as_it_stands(tmp_path):
    text = "a: '010'\nb: 0\nc: 0.30\nd: '1:30'\ne: 2001-99-99\nf: {a: 1}\ng: [0x10, -0.5, .inf]\n"
    assert read(tmp_path, text) == {
        **{"a": "010", "b": 0, "c": 0.3, "d": "1:30", "e": "2001-99-99", "f": {"a": 1}},
        "g": [16, -0.5, float("inf")],
    }
