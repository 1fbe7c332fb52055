"""EasyQuant.Aspire from Python: the generated stubs, a channel with an API key, and runs from start to table."""

from ._stubs import load_stubs

load_stubs()

from .client import Client, RunFailed  # noqa: E402  (the stubs must be importable first)
from .tables import rows_of  # noqa: E402

__all__ = ["Client", "RunFailed", "rows_of"]
