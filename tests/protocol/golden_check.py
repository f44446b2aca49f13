"""make.py writes exactly the golden packets that are committed: nothing was changed by hand, nothing is left over."""

import filecmp
import pathlib
import shutil
import subprocess
import sys
import tempfile


def files(folder: pathlib.Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.suffix in (".osc", ".yaml")}


def main(folder: pathlib.Path) -> int:
    with tempfile.TemporaryDirectory() as name:
        fresh = pathlib.Path(name)
        (fresh / "bad").mkdir()
        shutil.copy(folder / "make.py", fresh)
        subprocess.run([sys.executable, "make.py"], cwd=fresh, check=True)
        names = files(folder) | files(fresh)
        _, differ, missing = filecmp.cmpfiles(folder, fresh, sorted(names), shallow=False)
    for path in differ + missing:
        print(f"{path}: not what make.py writes")
    return 1 if differ or missing or not names else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
