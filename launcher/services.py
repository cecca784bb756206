"""The table of what runs: name, interpreter, arguments, readiness, deadline; in start order."""

from dataclasses import dataclass

from launcher.settings import Settings


@dataclass(frozen=True)
class Service:
    """One long-running process with a health page.

    side       : `producer`, `consumer`: whose interpreter and environment it gets
    deadline_s : how long it may take until its health page answers 200
    running    : the `[OK]` line once all is up
    grace_s    : how long it may take to end when asked to
    ahead      : module to import while the services before it start
    """

    name: str
    key: str
    side: str
    arguments: tuple[str, ...]
    port: int
    deadline_s: float
    running: str = ""
    grace_s: float = 10.0
    ahead: str = ""

    @property
    def health_url(self) -> str:
        """Return the address of the health page."""
        return f"http://127.0.0.1:{self.port}/health"


_ACTIVE = {"real": "9:30 AM - 4:00 PM ET", "simulated": "simulated market", "replay": "replay"}


def table(settings: Settings) -> tuple[Service, ...]:
    """Return the four services in the order in which they are started."""
    ports = settings.ports
    active = _ACTIVE.get(settings.market, settings.market)
    return (
        Service(
            "TickStockAppV2",
            "appv2",
            "consumer",
            ("-m", "appv2", "serve"),
            ports["APPV2_PORT"],
            45.0,
            f"http://localhost:{ports['APPV2_PORT']}",
        ),
        Service(
            "TickStockPL DataLoader",
            "loader",
            "producer",
            ("-m", "pl", "loader"),
            ports["PL_LOADER_PORT"],
            30.0,
            "Listening on tickstock.jobs.data_load",
            ahead="pl.bootstrap.loader",
        ),
        Service(
            "TickStockPL API",
            "api",
            "producer",
            ("-m", "pl", "api"),
            ports["PL_API_PORT"],
            30.0,
            f"http://localhost:{ports['PL_API_PORT']}",
            ahead="pl.bootstrap.api",
        ),
        Service(
            "TickStockPL Streaming",
            "streaming",
            "producer",
            ("-m", "pl", "streaming"),
            ports["PL_STREAMING_PORT"],
            90.0,
            f"Active ({active})",
            ahead="pl.bootstrap.building",
        ),
    )


def ports_in_order(settings: Settings, services: tuple[Service, ...]) -> list[int]:
    """Return the ports that must be free, in the order in which they are checked and named."""
    page = settings.ports["APPV2_PORT"]
    numbers = sorted((service.port for service in services), key=lambda n: (n != page, n))
    return [*numbers, settings.ports["PL_SIMULATOR_PORT"]] if settings.simulates else numbers


def simulator(settings: Settings) -> Service:
    """Return the simulated market, which runs before the services that read from it."""
    port = settings.ports["PL_SIMULATOR_PORT"]
    arguments = ("-m", "pl", "simulator")
    return Service("Simulated market", "simulator", "producer", arguments, port, 45.0)
