"""The process. Imported before numpy: our vectors are small, and several BLAS threads would only wait for each other."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
