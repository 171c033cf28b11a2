"""The process. What libraries read from the environment when they are imported is set before any of them is.

Our vectors are small, and several BLAS threads would only wait for each other. Sounds are asked for single characters
only, so that pypinyin need not load its dictionary of phrases (40 MB).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
