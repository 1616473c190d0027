"""`edge_power.android`."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_power.android_app.write import AndroidProject


def android(
    bundle: str | PathLike[str],
    output: str | PathLike[str],
    *,
    name: str | None = None,
    force: bool = False,
) -> "AndroidProject":
    """Write an Android project that runs a bundle, ready for Android Studio.

    Args:
        bundle: its directory; an artifact of it is for ONNX Runtime, and the app takes what that needs.
        output: directory of the project to write.
        name: what the app is called on the phone; by default as the bundle's directory.
        force: replace a project that is there, if nothing else is in it.

    Returns:
        What was written.

    Raises:
        InputError: the app cannot run the bundle, or an argument cannot be used; the message says which.
        BundleError: the bundle is malformed, or a file of it is missing or altered.
        OutputError: the project cannot be written.
    """
    from edge_power.android_app.write import PROJECT_KIND, check_name, write_project
    from edge_power_converters.output.staging import check_output
    from edge_power_runtime import Bundle

    opened = Bundle.open(bundle)
    checked = check_name(opened.path.resolve().name if name is None else name)
    place = check_output(Path(output), force=force, kind=PROJECT_KIND, inputs=[opened.path])
    return write_project(opened, place, checked)
