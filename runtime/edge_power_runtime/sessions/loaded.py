"""The programs of an artifact that are loaded: each on its first use; past a limit the least recently used goes."""

import threading
from collections.abc import Callable
from time import perf_counter_ns

from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.sessions import Engine, Session
from edge_power_runtime.system.lifetime import keep_forever, start_afresh_after_fork


class LoadedPrograms:
    """An engine, and its programs as they load; many threads may ask at once.

    In a forked child the engine is opened, and programs load, again when they are asked for.

    Attributes:
        engine: loads programs.
    """

    def __init__(self, open_engine: Callable[[], Engine], *, most: int | None = None) -> None:
        """Open the engine.

        Args:
            open_engine: opens it; called once more in a forked child.
            most: programs that are held at once, at least 1; None sets no limit.

        Raises:
            EngineError: the engine is not installed or does not load.
        """
        self._open_engine = open_engine
        self.engine = open_engine()
        self._most = most
        self._sessions: dict[str, Session] = {}
        self._used_ns: dict[str, int] = {}  # when each was asked for last; empty without a limit
        self._loading = threading.Lock()
        self._is_inherited = False
        start_afresh_after_fork(self)

    def session(self, program: Program) -> Session:
        """Give a program, which loads when it is first asked for; another one may be dropped for it.

        What is dropped goes once nobody holds its session: no run is cut short.

        Raises:
            EngineError: it does not load.
            BundleError: see `Engine.session`.
        """
        # Programs of any length share what their graph needs once; it takes the longest text whichever is asked for.
        key = f"{program.file} {program.method}" if program.any_length else program.name
        if self._most is not None:
            self._used_ns[key] = perf_counter_ns()
        session = self._sessions.get(key)
        if session is None:
            with self._loading:
                session = self._sessions.get(key)
                if session is None:
                    self._make_room()
                    session = self._sessions[key] = self._load(program)
        return session

    def load(self, program: Program) -> Session:
        """Load a program for the caller alone, whatever is loaded and whatever the limit.

        Raises:
            EngineError: it does not load.
            BundleError: see `Engine.session`.
        """
        with self._loading:
            return self._load(program)

    def start_afresh(self) -> None:
        """Forget the loaded programs: a forked child has them without their threads, and perhaps with held locks."""
        keep_forever(self.engine, self._sessions)
        self._is_inherited, self._sessions, self._used_ns, self._loading = True, {}, {}, threading.Lock()

    def _make_room(self) -> None:
        """Drop what was asked for longest ago; before the next one loads, so that memory never holds one too many."""
        while self._most is not None and len(self._sessions) >= self._most:
            del self._sessions[min(self._sessions, key=self._used_ns.__getitem__)]

    def _load(self, program: Program) -> Session:
        if self._is_inherited:
            self.engine = self._open_engine()
            self._is_inherited = False
        return self.engine.session(program)
