"""`make reset`: remove an installation's data, nothing that it did not make, and never while it is in use."""

import shutil

from deploy.installation import CREATED, Installation, from_environment
from deploy.steps import plain_failures


def main() -> None:
    with plain_failures("make reset"):
        site = from_environment()
        if not site.data.exists():
            print(f"{site.data} holds no data.")
            return
        with (
            site.locked(),
            Installation(site.data / "test").locked(),
            Installation(site.data / "bench").locked(),
        ):
            for name in CREATED:
                path = site.data / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        print(f"The data in {site.data} is gone; make run starts anew.")


if __name__ == "__main__":
    main()
