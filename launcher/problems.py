"""Everything that can stop a start: one kind each, with its own exit code and its own cure.

Each kind has a heading of the same wording in docs/troubleshooting/dependency-fixes.md.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One reason not to start, in words for the person at the terminal."""

    kind: "Kind"
    what: str
    reason: str
    recovery: str
    detail: tuple[str, ...] = field(default=())


class StartAborted(Exception):
    """Raised to abort a start; carries the problem to print."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


@dataclass(frozen=True)
class Kind:
    """A class of problems.

    what     : template of the line after `STARTUP ABORTED:`; its fields name the particulars
    critical : template of a `CRITICAL:` line printed before it, or empty
    """

    exit_code: int
    what: str
    critical: str = ""

    def problem(self, reason: str, recovery: str, **facts: object) -> Problem:
        """Return the problem of this kind with its particulars filled in."""
        detail = (self.critical.format(**facts),) if self.critical else ()
        return Problem(self, self.what.format(**facts), reason, recovery, detail)

    def abort(self, reason: str, recovery: str, **facts: object) -> StartAborted:
        """Return the exception that aborts the start with this problem."""
        return StartAborted(self.problem(reason, recovery, **facts))

    @property
    def heading(self) -> str:
        """Return the heading under which the documentation gives the cure."""
        return self.what.replace("{", "<").replace("}", ">")


PYTHON_TOO_OLD = Kind(10, "Python {version} is too old")
"""Said by start_all_services.py, in words of its own: an old Python could not read this file."""
PRODUCER_PYTHON_MISSING = Kind(
    11,
    "TickStockPL virtual environment validation failed",
    "TickStockPL Python not found at {path}",
)
CONSUMER_PYTHON_MISSING = Kind(
    12,
    "TickStockAppV2 virtual environment validation failed",
    "TickStockAppV2 Python not found at {path}",
)
WRONG_PYTHON = Kind(13, "{name} is a venv of the wrong Python")
PACKAGE_MISSING = Kind(
    14, "Missing {package} in the TickStockPL environment", "{package} not found in TickStockPL"
)
VENV_MODULE_MISSING = Kind(15, "python3-venv is missing")
INSTALL_FAILED = Kind(16, "Installing {name} failed")
NO_DISK_SPACE = Kind(17, "No disk space left for {path}")
NODE_FAILED = Kind(18, "Installing the front end's packages failed")
NOT_WRITABLE = Kind(19, "{path} cannot be written")
REDIS_SILENT = Kind(20, "Redis not running")
REDIS_PASSWORD = Kind(21, "Redis refuses the password")
REDIS_UNSUITABLE = Kind(22, "Redis at {address} cannot be used")
POSTGRES_SILENT = Kind(23, "PostgreSQL not running")
POSTGRES_PASSWORD = Kind(24, "PostgreSQL refuses the login")
POSTGRES_DATABASE_MISSING = Kind(25, "Database {database} does not exist")
POSTGRES_OTHER_MAJOR = Kind(26, "The data folder belongs to PostgreSQL {found}")
POSTGRES_NO_RIGHTS = Kind(34, "PostgreSQL grants too few rights in {database}")
POSTGRES_AS_ROOT = Kind(27, "PostgreSQL cannot be started as root here")
SCHEMA_OLD = Kind(28, "Database schema {have} is older than {need}")
MIGRATION_FAILED = Kind(29, "Migrating the database failed")
SCHEMA_NEWER = Kind(33, "Database schema {have} is newer than {need}")
PORT_BUSY = Kind(30, "Port {port} is in use")
ALREADY_RUNNING = Kind(31, "Another launcher is already running")
OTHER_MARKET = Kind(32, "Database {database} belongs to the {have} market")
CRASHED = Kind(
    40, "{service} crashed during initialization", "{service} crashed during initialization"
)
NEVER_READY = Kind(
    41, "{service} did not become ready in {seconds} s", "{service} did not become ready"
)
COMPILE_FAILED = Kind(42, "Compiling the kernels failed")
ADMIN_FAILED = Kind(43, "Creating the first administrator failed")
RESTARTED_TOO_OFTEN = Kind(44, "{service} failed again after 3 restarts in 5 minutes")
FAILED_FAST = Kind(45, "{service} stopped")
REFUSED_SETTINGS = Kind(46, "{service} ended because of its settings")
BAD_SETTINGS = Kind(78, "Settings are wrong")

ALL: tuple[Kind, ...] = tuple(kind for kind in globals().values() if isinstance(kind, Kind))
