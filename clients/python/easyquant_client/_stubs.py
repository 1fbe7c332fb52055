"""Makes the generated stubs importable; generates them when they are missing or older than the .proto files."""

import hashlib
import os
import pathlib
import subprocess
import sys

_ROOT = pathlib.Path(__file__).resolve().parent.parent


def load_stubs() -> None:
    """Puts the stubs on the import path. Environment: EQ_PYTHON_STUBS names their directory, EQ_PROTOS that of the .proto files."""
    stubs = pathlib.Path(os.environ.get("EQ_PYTHON_STUBS", _ROOT / "generated"))
    protos = pathlib.Path(os.environ.get("EQ_PROTOS", _ROOT.parent.parent / "protos"))
    stamp = stubs / "protos.sha256"
    if protos.is_dir() and (not stamp.is_file() or stamp.read_text().strip() != _digest(protos)):
        subprocess.run([str(_ROOT / "generate.sh"), str(stubs)], check=True, env={**os.environ, "EQ_PROTOS": str(protos)})
    sys.path.insert(0, str(stubs))


def _digest(protos: pathlib.Path) -> str:
    names = sorted(str(p.relative_to(protos)) for folder in ("easyquant", "google") for p in (protos / folder).rglob("*.proto"))
    digest = hashlib.sha256()
    for name in names:
        digest.update((protos / name).read_bytes())
    return digest.hexdigest()
