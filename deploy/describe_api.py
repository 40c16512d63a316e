"""Write the description of the API (OpenAPI) to a file: that of an instance that is founded for it and thrown away.

python -m deploy.describe_api web/console/openapi.json
"""

import json
import sys
import tempfile
from pathlib import Path

from api.app import create
from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import Instance


def main(target: Path) -> None:
    """Write the description to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "instance", workers=0)
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        try:
            description = create(instance).openapi()
        finally:
            instance.workers.close()
            instance.base.store.close()
    target.write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
