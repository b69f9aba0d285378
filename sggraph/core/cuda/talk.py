"""What cards of several ranks tell each other: from card to card by NCCL (`Direct`), or by way of their hosts."""

import platform
import zlib
from math import prod

import numpy as np

from ..engine.talk import added_up, everyones

REMEDY = "NCCL_DEBUG=INFO tells more; without NCCL (pip uninstall nvidia-nccl-cu12) cards talk by way of their hosts"


def talk_of(card, comm):
    """The way that is open to all ranks: NCCL has to be there, and each rank has to have a card of its own."""
    place = zlib.crc32(f"{platform.node()} {card.bus}".encode())
    places, has_it = everyones(comm, place), everyones(comm, card.nccl is not None)
    if has_it.all() and len(np.unique(places)) == comm.size:
        return Direct(card, comm)
    return Hosts(card, comm)


class Hosts:
    """By way of the hosts."""

    is_recorded = False

    def __init__(self, card, comm):
        self._card, self._comm = card, comm

    def add_up(self, charges):
        """Add up whole numbers (uint64) of all cards."""
        here = np.empty(prod(charges.shape), np.uint64)
        self._card.to_host(charges, here)
        self._card.to_card(added_up(self._comm, here.view(np.int64)).view(np.uint64), charges)

    def complete(self, array, cuts):
        """Fill the array: its rows ``cuts[r]..cuts[r + 1]`` are those of rank r."""
        rank = self._comm.rank
        here, own = np.empty(array.shape, array.dtype), slice(cuts[rank], cuts[rank + 1])
        if own.start < own.stop:
            self._card.to_host(array[own], here[own])
        self._comm.gather(here, cuts)
        self._card.to_card(here, array)


class Direct:
    """From card to card, in the order of what each is at: an iteration is recorded with what is told in it."""

    is_recorded = True

    def __init__(self, card, comm):
        self._card, self._nccl, rank, size = card, card.nccl, comm.rank, comm.size
        name = comm.told(self._nccl.get_unique_id() if rank == 0 else None)
        try:
            self._ranks = self._nccl.NcclCommunicator(size, name, rank)
            charges = card.xp.full(4, rank + 1, np.uint64)
            self.add_up(charges)
            rows = card.xp.full(size, rank, np.float32)
            self.complete(rows, range(size + 1))
            found = np.empty(4, np.uint64), np.empty(size, np.float32)
            card.to_host(charges, found[0])
            card.to_host(rows, found[1])
        except RuntimeError as error:
            raise RuntimeError(f"the cards cannot talk by NCCL, {error}: {REMEDY}") from None
        if (found[0] != size * (size + 1) // 2).any() or (found[1] != range(size)).any():
            raise RuntimeError(f"NCCL does not bring what cards tell each other: {REMEDY}")

    def add_up(self, charges):
        """As of Hosts."""
        at, nccl = charges.data.ptr, self._nccl
        self._ranks.allReduce(at, at, charges.size, nccl.NCCL_UINT64, nccl.NCCL_SUM, self._card.stream)

    def complete(self, array, cuts):
        """As of Hosts."""
        self._nccl.groupStart()
        for r in range(len(cuts) - 1):
            rows = array[cuts[r] : cuts[r + 1]]
            if rows.size:
                at = rows.data.ptr
                self._ranks.broadcast(at, at, rows.nbytes, self._nccl.NCCL_UINT8, r, self._card.stream)
        self._nccl.groupEnd()
