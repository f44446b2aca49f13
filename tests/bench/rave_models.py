"""RAVE models as wide as what musicians train, with weights from a seed; made once, in build/bench/rave."""
import subprocess
import sys

from figures import tell
from rig import ROOT, SCRATCH, BenchError


def rave_file(name):
    """@param name  one of FULL in tests/models/export_rave.py.  @return the path of its TorchScript."""
    file = SCRATCH / "rave" / name / f"{name}.ts"
    if not file.exists():
        tell(f"exporting {name}, once")
        subprocess.run([sys.executable, "-B", str(ROOT / "tests" / "models" / "export_rave.py"), str(SCRATCH / "rave"), name],
                       stdout=subprocess.DEVNULL, check=True)
    if not file.exists():
        raise BenchError("there are no RAVE models: scripts/setup.sh test fetches acids-rave")
    return file
