"""Up to where something is folded, for whoever has written and waits to see it."""

import asyncio


class Followed:
    """A fold of the journal that can be waited for; the walk says how far it is."""

    def __init__(self) -> None:
        self._position = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def follow(self, position: int) -> None:
        """Everything up to a position is folded."""
        self._position = position
        for at, waiting in self._waiting:
            if at <= position and not waiting.done():
                waiting.set_result(None)
        self._waiting = [one for one in self._waiting if one[0] > position]

    async def folded(self, position: int) -> None:
        """Wait until a position is folded."""
        if position > self._position:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append((position, waiting))
            await waiting
