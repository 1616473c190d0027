"""The app's manifest as Gradle would merge it, for aapt2, which merges nothing."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ANDROID = "http://schemas.android.com/apk/res/android"
TOOLS = "http://schemas.android.com/tools"


def application_id(app: Path) -> str:
    """The app's identifier, which its Gradle file gives."""
    script = (app / "build.gradle.kts").read_text()
    found = re.search(r'^\s*applicationId = "([\w.]+)"$', script, re.MULTILINE)
    if not found:
        raise ValueError(f"{app / 'build.gradle.kts'} gives no applicationId")
    return found[1]


def merged_manifest(app: Path) -> str:
    """The manifest with the app's identifier, and without what only Gradle reads.

    Native code is loaded out of the APK, where it lies stored and aligned: Gradle says so in every manifest.
    """
    ElementTree.register_namespace("android", ANDROID)
    identifier = application_id(app)
    text = (app / "src/main/AndroidManifest.xml").read_text().replace("${applicationId}", identifier)
    root = ElementTree.fromstring(text)
    root.set("package", identifier)
    drop_tools(root)
    application = root.find("application")
    if application is None:
        raise ValueError(f"{app}'s manifest has no application")
    application.set(f"{{{ANDROID}}}extractNativeLibs", "false")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def drop_tools(element: ElementTree.Element) -> None:
    """Drop notes for Gradle's merger, and the elements that it would remove."""
    for child in list(element):
        if child.get(f"{{{TOOLS}}}node") == "remove":
            element.remove(child)
        else:
            drop_tools(child)
    for name in [name for name in element.attrib if name.startswith(f"{{{TOOLS}}}")]:
        del element.attrib[name]
