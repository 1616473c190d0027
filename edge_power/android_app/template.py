"""The files of `android_demo` that an app's developer needs: the sources, and what Gradle reads.

`project` beside this file leads to that folder in a checkout; in an installed package it is a folder with these files.
Core's tests stay in the repository, and so does what Gradle or Android Studio left in a checkout.
"""

from pathlib import Path

PROJECT = Path(__file__).with_name("project")

# The same patterns stand in pyproject.toml, for the distribution.
PATTERNS = (
    "*.kts",
    "gradle.properties",
    "README.md",
    "gradle/**/*",
    "core/build.gradle.kts",
    "core/src/main/**/*",
    "app/build.gradle.kts",
    "app/src/main/**/*",
)

# Where the app looks for its bundle. What a developer of this demo tries out lies there, and is not passed on.
ASSETS = "app/src/main/assets"
BUNDLE = f"{ASSETS}/bundle"
STRINGS = "app/src/main/res/values/strings.xml"


def template_files() -> list[str]:
    """Paths of the project's files, in order, without what lies in its assets."""
    found = {
        path.relative_to(PROJECT).as_posix() for pattern in PATTERNS for path in PROJECT.glob(pattern) if path.is_file()
    }
    return sorted(path for path in found if not path.startswith(f"{ASSETS}/"))
