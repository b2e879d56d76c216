"""Made-up time."""


class Clock:
    """Time, in seconds, that passes only where it is slept."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Ticking(Clock):
    """Each look at it takes ``tick`` seconds."""

    def __init__(self, tick: float = 0.0) -> None:
        super().__init__()
        self.tick = tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now
