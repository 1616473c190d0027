"""bundle.json.sha256: what is refused before anything that bundle.json says is believed."""

import hashlib
import shutil
import subprocess

import pytest

from edge_power_runtime import Bundle, BundleError, SchemaVersionError
from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.seal import SEAL_FILE, write_manifest


def test_the_seal_is_what_sha256sum_writes(toy_bundle):
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    written = subprocess.run(["sha256sum", "bundle.json"], cwd=toy_bundle, capture_output=True, check=True).stdout
    assert (toy_bundle / SEAL_FILE).read_bytes() == written
    subprocess.run(["sha256sum", "--check", "--strict", SEAL_FILE], cwd=toy_bundle, capture_output=True, check=True)


def test_a_bundle_without_its_seal_is_refused(toy_bundle):
    (toy_bundle / SEAL_FILE).unlink()
    with pytest.raises(BundleError, match="bundle.json.sha256 is missing in the bundle .*; copy the bundle again"):
        Bundle.open(toy_bundle)


def test_an_altered_manifest_is_refused_with_both_digests_and_the_fix(toy_bundle):
    old = hashlib.sha256((toy_bundle / "bundle.json").read_bytes()).hexdigest()
    text = (toy_bundle / "bundle.json").read_text(encoding="utf-8").replace("negative", "positive")
    (toy_bundle / "bundle.json").write_text(text, encoding="utf-8")
    new = hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(BundleError) as caught:
        Bundle.open(toy_bundle)
    assert str(caught.value) == (
        f"bundle.json in the bundle {toy_bundle} has the sha256 {new}, bundle.json.sha256 says {old}; one of them is "
        "damaged or altered: copy the bundle again, or after an edit of your own run there: "
        "sha256sum bundle.json > bundle.json.sha256"
    )
    write_manifest(toy_bundle, text.encode())
    assert Bundle.open(toy_bundle).manifest.labels == ("positive", "positive")


SEAL = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "content",
    [
        "",
        SEAL,
        f"{SEAL}  bundle.json",
        f"{SEAL}  bundle.json\r\n",
        f"{SEAL}  bundle.json\n\n",
        f"{SEAL} *bundle.json\n",
        f"{SEAL.upper()}  bundle.json\n",
        f"{SEAL[1:]}  bundle.json\n",
        f"{SEAL}  other.json\n",
        "\N{GREEK SMALL LETTER ALPHA}" * 39,
    ],
)
def test_what_is_no_seal(toy_bundle, content):
    (toy_bundle / SEAL_FILE).write_bytes(content.encode())
    with pytest.raises(
        BundleError, match="bundle.json.sha256 in the bundle .* must be 64 lower-case .*copy the bundle"
    ):
        Bundle.open(toy_bundle)


def test_a_newer_bundle_asks_for_an_update_whatever_else_it_says(toy_bundle):
    write_manifest(toy_bundle, b'{"schema_version": 2}')
    with pytest.raises(SchemaVersionError, match="update edge-power-runtime"):
        Bundle.open(toy_bundle)


def test_a_damaged_version_is_damage_and_no_update(toy_bundle):
    data = (toy_bundle / "bundle.json").read_bytes().replace(b'"schema_version": 1', b'"schema_version": 3')
    (toy_bundle / "bundle.json").write_bytes(data)
    with pytest.raises(BundleError, match="copy the bundle again") as caught:
        Bundle.open(toy_bundle)
    assert not isinstance(caught.value, SchemaVersionError)


def test_a_manifest_beyond_the_bound_is_not_read_to_its_end(toy_bundle):
    write_manifest(toy_bundle, b" " * (bounds.MANIFEST_BYTES + 1))
    with pytest.raises(BundleError, match="bundle.json must have at most 4194304 bytes, has more"):
        Bundle.open(toy_bundle)
