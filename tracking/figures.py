"""What the ledger and the readers' ratings say of a piece, together: the answer to the library's `asset_figures`."""

from collections.abc import Iterable

from cms.feedback import ratings
from tracking import rollups

NONE_YET = {"views": 0, "readers": 0, "reads": 0, "downloads": 0, "useful": 0, "not_useful": 0}


def of_assets(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """{asset id: {"views", "readers", "reads", "downloads", "useful", "not_useful"}}, people only. Two queries.

    Pieces with neither an event nor a rating are missing: nothing is known of them yet.
    """
    ids = set(ids)
    read, rated = rollups.figures(ids), ratings.counts(ids)
    return {asset: NONE_YET | read.get(asset, {}) | rated.get(asset, {}) for asset in read.keys() | rated.keys()}
