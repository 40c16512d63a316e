"""Wiring of workers: which processes read foreign files, and what each may take."""

import platform
from dataclasses import dataclass
from typing import Final

from api.settings import Environment, Settings
from trust.confinement import is_confinable
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits
from trust.workers import IN_PROCESS, Workers

__all__ = ["WorkerPools"]

PRELOAD: Final = (
    "licence.bulk.reading",
    "licence.life.scan_reading",
    "licence.pictures.reading",
    "licence.sharing.picturing",
    "seal.image.uploads",
    "seal.stamping.own_work",
    "seal.stamping.preparing",
    "seal.verification.files",
    # Libraries load these when they first need them, which is too late in a worker.
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.PpmImagePlugin",
    "_strptime",
    "encodings.ascii",
    "encodings.cp1252",
    "encodings.cp437",
    "encodings.gb18030",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.mac_roman",
    "encodings.unicode_escape",
    "encodings.utf_16",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "encodings.utf_32_be",
    "encodings.utf_8_sig",
    "lxml.etree",
    "pyhanko.pdf_utils.crypt._saslprep",
    "pyhanko.pdf_utils.crypt.pdfmac",
    "pyhanko.pdf_utils.filters",
    "pyhanko.pdf_utils.metadata.xmp_xml",
    "pyhanko.sign.validation",
)
"""What workers have loaded. A confined one can load nothing more: what is missing here breaks it."""

TYPESETTING: Final = ("licence.template.previews", "licence.template.typesetting:warm")
"""What workers have loaded that set pages: the typefaces too, which a confined one could not read."""

WALL_PER_SECOND: Final = 3
"""Seconds on the wall for each of processor time: the machine may have more to do."""

TASKS_OF_KNOWN: Final = 100
"""Files that a worker reads one after the other for those who are logged in, whom one can ask about a file."""


@dataclass(frozen=True, kw_only=True)
class WorkerPools:
    """The workers of an instance."""

    public: Workers
    """For everybody's files: a worker reads one file, and ends. What took it over has nothing of another."""

    known: Workers
    """For files of those who are logged in, where starting a process for each would be the larger part of the work."""

    typesetting: Workers
    """For templates that somebody writes: a worker sets the pages of one call, and ends."""

    issuing: Workers
    """For licences in templates that two people have published, where starting a process for each would be most of the
    work."""

    @classmethod
    def of(cls, settings: Settings, *, machine: str = platform.machine()) -> "WorkerPools":
        """Return the workers that the settings ask for.

        On a machine that we cannot confine workers on, a laptop reads files in its own process. Production does not:
        there the workers say that they are unavailable, and the service does not start.
        """
        wanted = is_confinable(machine) or settings.environment is Environment.PRODUCTION
        if not settings.workers or not wanted:
            return cls(public=IN_PROCESS, known=IN_PROCESS, typesetting=IN_PROCESS, issuing=IN_PROCESS)
        return cls(
            public=pool(settings, tasks=1),
            known=pool(settings, tasks=TASKS_OF_KNOWN),
            typesetting=pool(settings, tasks=1, preload=TYPESETTING),
            issuing=pool(settings, tasks=TASKS_OF_KNOWN, preload=TYPESETTING),
        )

    def start(self) -> None:
        """Start what takes a moment to load. Raise `WorkerUnavailable`."""
        self.public.start()
        self.known.start()

    def ready(self) -> str:
        """Say where foreign files are read. Raise `WorkerUnavailable`."""
        self.known.ready()
        return self.public.ready()

    def close(self) -> None:
        """End all workers."""
        self.public.close()
        self.known.close()
        self.typesetting.close()
        self.issuing.close()


def pool(settings: Settings, *, tasks: int, preload: tuple[str, ...] = PRELOAD) -> WorkerPool:
    """Return a pool whose workers read so many files each."""
    limits = Limits(cpu_seconds=settings.worker_seconds, memory=settings.worker_memory, tasks=tasks)
    wall_seconds = WALL_PER_SECOND * settings.worker_seconds
    return WorkerPool(
        processes=settings.workers,
        limits=limits,
        wall_seconds=wall_seconds,
        preload=preload,
        backend=settings.crypto_backend,
    )
