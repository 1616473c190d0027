"""Makes class files of Java 17 readable for tools that end at Java 11: a version, and the access of nested classes.

A class file is a header, a constant pool, fields and methods (the Java Virtual Machine Specification, chapter 4).
Since Java 11 nested classes reach into each other's private members, by an attribute that older class files do not
have: so no member stays private.
"""

import struct
import zipfile
from pathlib import Path

MAGIC = 0xCAFEBABE
JAVA_11 = 55
PRIVATE = 0x0002

# Bytes after the tag of each kind of constant (table 4.4-A); a Utf8, tag 1, has a length of its own.
CONSTANT_SIZES = {
    **dict.fromkeys((7, 8, 16, 19, 20), 2),
    15: 3,
    **dict.fromkeys((3, 4, 9, 10, 11, 12, 17, 18), 4),
    **dict.fromkeys((5, 6), 8),
}
UTF8, LONG, DOUBLE = 1, 5, 6


def lower_jar(jar: Path, target: Path) -> None:
    """Lower every class of a jar; what else it holds is left out."""
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(target, "w") as lowered:
        for name in sorted(source.namelist()):
            if name.endswith(".class") and name != "module-info.class":
                lowered.writestr(zipfile.ZipInfo(name), lower_class(source.read(name)))


def lower_class(content: bytes) -> bytes:
    """The same class as one of Java 11 at most, without private members.

    Raises:
        ValueError: this is no class file.
    """
    magic, _, major = struct.unpack_from(">IHH", content)
    if magic != MAGIC:
        raise ValueError(f"no class file: it starts with {content[:4].hex()}, expected {MAGIC:x}")
    lowered = bytearray(content)
    struct.pack_into(">HH", lowered, 4, 0, min(major, JAVA_11))
    offset = end_of_constants(content) + 6  # the class's own access, its name and its parent's
    (interfaces,) = struct.unpack_from(">H", content, offset)
    offset += 2 + 2 * interfaces
    for _ in ("fields", "methods"):
        (members,) = struct.unpack_from(">H", content, offset)
        offset += 2
        for _ in range(members):
            access, attributes = struct.unpack_from(">H4xH", content, offset)
            struct.pack_into(">H", lowered, offset, access & ~PRIVATE)
            offset = end_of_attributes(content, offset + 8, attributes)
    return bytes(lowered)


def end_of_constants(content: bytes) -> int:
    """Where the constant pool ends; its count is one more than it holds, and a long or a double counts twice."""
    (count,) = struct.unpack_from(">H", content, 8)
    offset, index = 10, 1
    while index < count:
        tag = content[offset]
        size = 2 + struct.unpack_from(">H", content, offset + 1)[0] if tag == UTF8 else CONSTANT_SIZES[tag]
        offset += 1 + size
        index += 2 if tag in (LONG, DOUBLE) else 1
    return offset


def end_of_attributes(content: bytes, offset: int, count: int) -> int:
    """Where `count` attributes end: each is a name, a length and that many bytes."""
    for _ in range(count):
        offset += 6 + struct.unpack_from(">I", content, offset + 2)[0]
    return offset
