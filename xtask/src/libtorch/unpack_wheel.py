"""Unpacks chosen members of a wheel and compares each with the wheel's own checksums.

Usage: unpack_wheel.py WHEEL FOLDER MEMBER=PATH...

MEMBER is a path in the wheel and PATH where it goes below FOLDER; with a slash at the end both
mean a whole folder. Exits with 1 and one line on standard error if anything is not as it should be.
"""

import base64
import csv
import hashlib
import io
import os
import sys
import zipfile

CHUNK = 1 << 20


def read_record(archive):
    """Returns path -> sha256 digest (base64, URL alphabet, unpadded) of the wheel's RECORD."""
    names = [n for n in archive.namelist() if n.count("/") == 1 and n.endswith(".dist-info/RECORD")]
    if len(names) != 1:
        raise ValueError(f"the wheel has {len(names)} RECORD files instead of 1")
    record = {}
    with archive.open(names[0]) as raw:
        for row in csv.reader(io.TextIOWrapper(raw, encoding="utf-8", newline="")):
            if len(row) != 3:
                raise ValueError(f"RECORD has a row of {len(row)} columns instead of 3: {row}")
            path, checksum, _size = row
            algorithm, _, digest = checksum.partition("=")
            if algorithm == "sha256":
                record[path] = digest
    return record


def destination(member, rules):
    """Returns where a member goes, or None if it is not wanted."""
    if member.endswith("/"):
        return None  # An entry for a folder, without content and without a checksum.
    for source, target in rules:
        if member == source:
            return target
        if source.endswith("/") and member.startswith(source):
            return target + member[len(source):]
    return None


def unpack(archive, info, path, expected):
    """Writes one member and checks it while doing so."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(info) as source, open(path, "wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    found = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    if found != expected:
        raise ValueError(f"`{info.filename}` has checksum {found}, RECORD says {expected}")


def main(wheel, folder, *arguments):
    rules = [tuple(argument.split("=", 1)) for argument in arguments]
    unused = {source for source, _ in rules}
    with zipfile.ZipFile(wheel) as archive:
        record = read_record(archive)
        for info in archive.infolist():
            target = destination(info.filename, rules)
            if target is None:
                continue
            if ".." in target.split("/") or target.startswith("/"):
                raise ValueError(f"`{info.filename}` leads out of the folder")
            if info.filename not in record:
                raise ValueError(f"`{info.filename}` has no sha256 in RECORD")
            unpack(archive, info, os.path.join(folder, target), record[info.filename])
            unused = {s for s in unused if s != info.filename and not (
                s.endswith("/") and info.filename.startswith(s))}
    if unused:
        raise ValueError(f"the wheel has no `{min(unused)}`")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zipfile.zlib.error) as error:
        sys.exit(f"{error}")
