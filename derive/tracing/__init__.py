"""The NumPy front door: a plain function, run on symbolic arrays, becomes a program.

The only place in `derive` that knows NumPy; `derive.trace` loads it when it is first asked for.
"""

from derive.tracing.door import trace
from derive.tracing.registry import TWINS, TraceError

__all__ = ["TWINS", "TraceError", "trace"]
