#!/usr/bin/env python3
"""Makes digits.bin from the wheel of scikit-learn. Needs Python alone:

    pip download --no-deps scikit-learn
    python3 digits.py scikit_learn-*.whl digits.bin
"""

import gzip
import hashlib
import struct
import sys
import zipfile

SOURCE = "sklearn/datasets/data/digits.csv.gz"
SOURCE_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"

wheel, target = sys.argv[1:]
packed = zipfile.ZipFile(wheel).read(SOURCE)
found = hashlib.sha256(packed).hexdigest()
if found != SOURCE_SHA256:
    sys.exit(f"{SOURCE} has SHA-256 {found}, not {SOURCE_SHA256}")

rows = [[int(cell) for cell in line.split(b",")] for line in gzip.decompress(packed).splitlines()]
if any(len(row) != 65 or max(row[:64]) > 16 or not 0 <= row[64] < 10 or min(row) < 0 for row in rows):
    sys.exit("a row is not 64 pixels from 0 to 16 and a label from 0 to 9")

pixels = bytes(pixel for row in rows for pixel in row[:64])
labels = bytes(row[64] for row in rows)
made = b"DIG1" + struct.pack("<I", len(rows)) + pixels + labels
with open(target, "wb") as file:
    file.write(made)
print(f"{len(rows)} images, {len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")
