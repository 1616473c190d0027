"""A bundle appears whole or not at all, in the place of nothing but a bundle that was looked at before the work."""

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from edge_power_converters import ConversionError, OutputError, staged_directory
from edge_power_converters.output import renaming
from edge_power_converters.output.ownership import remove_listed
from edge_power_converters.output.staging import check_output
from tests.bundles import add_unknown, checked_name, write_bundle

NOBODY = 65534


def stage(output: Path, name: str, *, force: bool = False) -> None:
    with staged_directory(check_output(output, force=force)) as directory:
        write_bundle(directory, name)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture
def place(tmp_path):
    """A directory with a bundle in it, and beside it nothing."""
    stage(tmp_path / "bundle", "old")
    return tmp_path


@pytest.fixture(params=["renameat2", "without"])
def any_system(request, monkeypatch):
    """What the system can, and what is left where its C library or its file system has no such call."""
    if request.param == "without":
        monkeypatch.setattr(renaming, "_LIBC", object())
    return request.param


def test_a_new_bundle(tmp_path, any_system):
    with staged_directory(check_output(tmp_path / "bundle", force=False)) as directory:
        assert not (tmp_path / "bundle").exists()
        assert directory.parent.parent == tmp_path
        assert not list(directory.iterdir())
        write_bundle(directory, "new")
        (directory.with_name("side") / "notes").write_text("of the conversion, and not of the bundle")
    assert checked_name(tmp_path / "bundle") == "new"
    assert names_in(tmp_path) == ["bundle"]
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "bundle").stat().st_mode & 0o777 == 0o777 & ~mask


def test_a_bundle_that_is_there_is_refused_without_force(place):
    with pytest.raises(OutputError, match=r"bundle exists; add `force` to replace it, or choose another `output`"):
        stage(place / "bundle", "new")
    assert checked_name(place / "bundle") == "old"


def test_force_replaces_a_bundle(place, any_system):
    stage(place / "bundle", "new", force=True)
    assert names_in(place) == ["bundle"]
    assert checked_name(place / "bundle") == "new"


def test_a_listed_file_that_was_edited_goes_with_the_rest(place):
    (place / "bundle" / "config.json").write_text("{}")
    stage(place / "bundle", "new", force=True)
    assert checked_name(place / "bundle") == "new"


def test_the_files_of_an_artifact_that_nobody_here_knows_are_the_bundles_own(place):
    add_unknown(place / "bundle")
    stage(place / "bundle", "new", force=True)
    assert names_in(place) == ["bundle"]
    assert not (place / "bundle" / "later").exists()
    assert checked_name(place / "bundle") == "new"


def foreign_file(bundle: Path) -> str:
    (bundle / "notes.txt").write_text("mine")
    return "notes.txt"


def foreign_folder(bundle: Path) -> str:
    (bundle / ".git").mkdir()
    (bundle / ".git" / "HEAD").write_text("ref: refs/heads/main")
    return ".git/"


def foreign_file_in_a_folder_of_ours(bundle: Path) -> str:
    (bundle / "onnx" / "mine.onnx").write_bytes(b"mine")
    return "onnx/mine.onnx"


def foreign_link(bundle: Path) -> str:
    (bundle / "data").symlink_to(bundle.parent)
    return "data"


def a_link_in_a_file_s_place(bundle: Path) -> str:
    (bundle / "model.pte").rename(bundle.parent / "model.pte")
    (bundle / "model.pte").symlink_to(bundle.parent / "model.pte")
    return "model.pte"


def a_folder_in_a_file_s_place(bundle: Path) -> str:
    (bundle / "model.pte").unlink()
    (bundle / "model.pte").mkdir()
    return "model.pte/"


def a_pipe_in_a_file_s_place(bundle: Path) -> str:
    (bundle / "config.json").unlink()
    os.mkfifo(bundle / "config.json")
    return "config.json"


FOREIGN = [
    foreign_file,
    foreign_folder,
    foreign_file_in_a_folder_of_ours,
    foreign_link,
    a_link_in_a_file_s_place,
    a_folder_in_a_file_s_place,
    a_pipe_in_a_file_s_place,
]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("put", FOREIGN)
def test_what_no_manifest_lists_stands_in_the_way_and_is_named(place, put, force):
    name = put(place / "bundle")
    before = sorted(place.rglob("*"))
    with pytest.raises(OutputError) as caught:
        check_output(place / "bundle", force=force)
    assert str(caught.value) == (
        f"{place / 'bundle'} holds what is not of the bundle in it: {name}; move that away, or choose another `output`"
    )
    assert sorted(place.rglob("*")) == before


def test_of_many_that_stand_in_the_way_some_are_named(place):
    for number in range(5):
        (place / "bundle" / f"{number}.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"in it: 0\.txt, 1\.txt, 2\.txt and 2 more; move that away"):
        check_output(place / "bundle", force=True)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("manifest", ["", "{}", '{"name": "my-site"}', "[]", "\x00", None])
def test_a_manifest_that_is_somebody_else_s_proves_nothing(tmp_path, manifest, force):
    """`bundle.json` is what bundlers of JavaScript call their own file too."""
    project = tmp_path / "proj"
    (project / "src").mkdir(parents=True)
    (project / "src" / "main.js").write_text("three years")
    if manifest is None:
        os.mkfifo(project / "bundle.json")
    else:
        (project / "bundle.json").write_text(manifest)
    with pytest.raises(OutputError, match=r"proj exists and is no bundle.*; choose another `output`"):
        stage(project, "new", force=force)
    assert (project / "src" / "main.js").read_text() == "three years"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("kind", ["file", "directory", "empty directory"])
def test_what_is_no_bundle_is_never_replaced(tmp_path, kind, force):
    output = tmp_path / "thesis"
    match kind:
        case "file":
            output.write_text("three years", encoding="utf-8")
        case "directory":
            output.mkdir()
            (output / "chapter-1").write_text("three years", encoding="utf-8")
        case "empty directory":
            output.mkdir()
    with pytest.raises(OutputError, match="thesis exists and is no bundle; choose another `output`"):
        stage(output, "new", force=force)
    assert os.path.lexists(output)
    assert not (output / "bundle.json").exists()


def test_a_link_is_refused_with_what_it_leads_to(place):
    (place / "a link").symlink_to("bundle")
    for name in ("a link", "a link/"):
        with pytest.raises(OutputError) as caught:
            check_output(Path(f"{place}/{name}"), force=True)
        assert str(caught.value) == (
            f"{place / 'a link'} is a symbolic link; name what it leads to: `output` {place / 'bundle'}"
        )
    (place / "nowhere").symlink_to("absent")
    with pytest.raises(OutputError, match="nowhere is a symbolic link"):
        check_output(place / "nowhere", force=False)


@pytest.mark.parametrize("name", [".", "..", "bundle/..", "/", ""])
def test_a_place_without_a_name_of_its_own(place, monkeypatch, name):
    monkeypatch.chdir(place)
    with pytest.raises(OutputError, match="has no name of its own; name a directory in it"):
        check_output(Path(name), force=True)


def test_the_directory_that_we_are_in(place, monkeypatch):
    monkeypatch.chdir(place / "bundle" / "onnx")
    with pytest.raises(OutputError, match="bundle is where this command runs; run it elsewhere"):
        check_output(place / "bundle", force=True)


def test_a_slash_at_the_end_changes_nothing(place):
    stage(Path(f"{place}/bundle/"), "new", force=True)
    assert checked_name(place / "bundle") == "new"


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(OutputError, match="cannot write .*: File name too long"):
        check_output(tmp_path / ("b" * 256), force=False)


@pytest.mark.parametrize("name", ["b" * 255, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 127])
def test_the_longest_name_that_there_can_be(tmp_path, name):
    stage(tmp_path / name, "old")
    stage(tmp_path / name, "new", force=True)
    assert names_in(tmp_path) == [name]
    assert checked_name(tmp_path / name) == "new"


def test_a_mount_point(small_disk):
    disk = small_disk(kilobytes=4000)
    write_bundle(disk, "old")
    with pytest.raises(OutputError, match="is a mount point, which cannot be replaced; name a directory in it"):
        check_output(disk, force=True)


def test_a_mount_point_of_the_same_disk(small_disk):
    """Which has no device number of its own; its name holds a blank, as the list of mounts writes it."""
    disk = small_disk(kilobytes=8000)
    write_bundle(disk / "one", "old")
    (disk / "the other").mkdir()
    subprocess.run(["mount", "--bind", str(disk / "one"), str(disk / "the other")], check=True)
    with pytest.raises(OutputError, match="is a mount point"):
        check_output(disk / "the other", force=True)


def test_what_is_read_is_not_replaced(place):
    with pytest.raises(OutputError, match=r"bundle is read, and `output` .*bundle would replace it; choose another"):
        check_output(place / "bundle", force=True, inputs=[place / "bundle"])
    with pytest.raises(OutputError, match=r"golden\.json is read"):
        check_output(place / "bundle", force=True, inputs=[place / "bundle" / "golden.json"])
    check_output(place / "bundle", force=True, inputs=[place, Path("hub/name")])


@pytest.mark.parametrize("error", [ConversionError("bad"), ValueError("bug"), KeyboardInterrupt(), SystemExit(1)])
def test_a_failure_leaves_the_old_bundle_and_nothing_else(place, error):
    with pytest.raises(type(error)), staged_directory(check_output(place / "bundle", force=True)) as directory:
        write_bundle(directory, "half")
        raise error
    assert checked_name(place / "bundle") == "old"
    assert names_in(place) == ["bundle"]


def test_a_failure_leaves_nothing_where_nothing_was(tmp_path):
    with pytest.raises(ConversionError), staged_directory(check_output(tmp_path / "bundle", force=False)) as directory:
        write_bundle(directory, "half")
        raise ConversionError("bad")
    assert not list(tmp_path.iterdir())


# What comes while we work. In each case all of it stays, and so does what was made.


def late_file(output: Path) -> None:
    output.write_text("mine")


def late_folder(output: Path) -> None:
    output.mkdir()
    (output / "notes.txt").write_text("mine")


def late_empty_folder(output: Path) -> None:
    output.mkdir()


def late_bundle(output: Path) -> None:
    write_bundle(output, "theirs")


def late_link(output: Path) -> None:
    output.symlink_to("absent")


LATE = [late_file, late_folder, late_empty_folder, late_bundle, late_link]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("put", LATE)
def test_what_appears_meanwhile_stays(tmp_path, any_system, put, force):
    output = tmp_path / "bundle"
    with pytest.raises(OutputError) as caught, staged_directory(check_output(output, force=force)) as directory:
        write_bundle(directory, "new")
        put(output)
        inode = output.lstat().st_ino
    assert str(caught.value) == (
        f"{output} appeared while the bundle was made, and was not replaced; the finished bundle is in {output}.new"
    )
    assert output.lstat().st_ino == inode
    assert checked_name(tmp_path / "bundle.new") == "new"
    assert names_in(tmp_path) == ["bundle", "bundle.new"]


@pytest.mark.parametrize("put", [*LATE, *FOREIGN])
def test_what_changed_meanwhile_stays(place, any_system, put):
    output = place / "bundle"
    with pytest.raises(OutputError) as caught, staged_directory(check_output(output, force=True)) as directory:
        write_bundle(directory, "new")
        if put in LATE:
            output.rename(place / "moved")
        put(output)
        inode = output.lstat().st_ino
    assert str(caught.value) == (
        f"{output} was changed while the bundle was made, and was not replaced; the finished bundle is in {output}.new"
    )
    assert output.lstat().st_ino == inode
    assert checked_name(place / "bundle.new") == "new"
    assert not list(place.glob(".*"))


def test_what_was_moved_away_meanwhile_is_in_nobody_s_way(place, any_system):
    with staged_directory(check_output(place / "bundle", force=True)) as directory:
        write_bundle(directory, "new")
        (place / "bundle").rename(place / "moved")
    assert {name: checked_name(place / name) for name in names_in(place)} == {"bundle": "new", "moved": "old"}


def test_of_two_at_once_the_second_is_told(tmp_path, any_system):
    output = tmp_path / "bundle"
    with pytest.raises(OutputError, match="appeared while the bundle was made"):  # noqa: SIM117
        with staged_directory(check_output(output, force=True)) as second:
            write_bundle(second, "second")
            stage(output, "first", force=True)
    assert {name: checked_name(tmp_path / name) for name in names_in(tmp_path)} == {
        "bundle": "first",
        "bundle.new": "second",
    }


def test_a_finished_bundle_takes_no_name_that_is_taken(tmp_path):
    output = tmp_path / "bundle"
    (tmp_path / "bundle.new").write_text("mine")
    (tmp_path / "bundle.new-2").symlink_to("absent")
    with pytest.raises(OutputError, match=r"the finished bundle is in .*bundle\.new-3$"):  # noqa: SIM117
        with staged_directory(check_output(output, force=False)) as directory:
            write_bundle(directory, "new")
            late_file(output)
    assert checked_name(tmp_path / "bundle.new-3") == "new"
    assert (tmp_path / "bundle.new").read_text() == "mine"


def test_what_comes_between_the_last_look_and_the_exchange_is_given_back(place, monkeypatch):
    """The look right before is late by a moment; the one right after is not."""
    exchange, calls = renaming.exchange, []

    def put_first(one, other):
        if not calls:
            foreign_file(other)
        calls.append(one)
        return exchange(one, other)

    monkeypatch.setattr("edge_power_converters.output.staging.exchange", put_first)
    with pytest.raises(OutputError, match="bundle was changed while the bundle was made"):
        stage(place / "bundle", "new", force=True)
    assert len(calls) == 2
    assert (place / "bundle" / "notes.txt").read_text() == "mine"
    assert checked_name(place / "bundle.new") == "new"
    assert names_in(place) == ["bundle", "bundle.new"]


def test_what_comes_right_after_the_exchange_stays_beside(place, any_system, monkeypatch):
    """Somebody is still in the old directory, and writes a file there when we have looked."""

    def put_first(directory, kind):
        foreign_file(directory)
        return remove_listed(directory, kind)

    monkeypatch.setattr("edge_power_converters.output.staging.remove_listed", put_first)
    stage(place / "bundle", "new", force=True)
    assert checked_name(place / "bundle") == "new"
    assert names_in(place) == ["bundle", "bundle.old"]
    assert names_in(place / "bundle.old") == ["notes.txt"]


def test_a_rename_that_fails_leaves_the_old_bundle_and_the_new(place, monkeypatch):
    def fail(one, other):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr("edge_power_converters.output.staging.exchange", fail)
    with pytest.raises(OutputError, match=r"cannot write .*: Invalid cross-device link; the finished bundle is in"):
        stage(place / "bundle", "new", force=True)
    assert {name: checked_name(place / name) for name in names_in(place)} == {"bundle": "old", "bundle.new": "new"}


def test_an_output_without_a_parent(tmp_path):
    with pytest.raises(OutputError, match=r"there is no directory .*absent; make it first"):
        stage(tmp_path / "absent" / "bundle", "new")
    assert not list(tmp_path.iterdir())


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"there is no directory .*file; make it first"):
        stage(tmp_path / "file" / "bundle", "new")


@pytest.fixture
def as_nobody():
    """Give up root's rights for a test: root may write everywhere."""
    if os.getuid() != 0:
        yield
        return
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    yield
    os.setresuid(0, 0, 0)
    os.setresgid(0, 0, 0)


@pytest.fixture
def locked():
    """A directory that everyone may enter and nobody may write in; pytest's own are closed to others."""
    directory = Path(tempfile.mkdtemp())
    write_bundle(directory / "bundle", "old")
    directory.chmod(0o555)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


def test_a_parent_without_permission(locked, as_nobody):
    for force in (False, True):
        with pytest.raises(OutputError, match="no permission to write in"):
            check_output(locked / "bundle", force=force)


def test_a_bundle_without_permission(locked, as_nobody):
    os.setresuid(0, 0, 0)
    locked.chmod(0o777)
    os.setresuid(NOBODY, NOBODY, 0)
    with pytest.raises(OutputError, match="no permission to replace what is in it"):
        check_output(locked / "bundle", force=True)


def test_a_full_disk(small_disk):
    disk = small_disk(kilobytes=1500)
    stage(disk / "bundle", "old")
    with (
        pytest.raises(OutputError, match="no space left on the disk of .*bundle; nothing was written, free some"),
        staged_directory(check_output(disk / "bundle", force=True)) as directory,
    ):
        (directory / "weights.bin").write_bytes(bytes(1_000_000))
    assert checked_name(disk / "bundle") == "old"
    assert names_in(disk) == ["bundle"]


def test_no_room_for_a_single_file(small_disk):
    disk = small_disk(kilobytes=8)
    (disk / "full").write_bytes(bytes(8192))
    with pytest.raises(OutputError, match="no space left on the disk of .*bundle"):
        stage(disk / "bundle", "new")
    assert names_in(disk) == ["full"]
