"""Takes the libraries inside the executable out of what its children see: a browser has to find its own.

The executable is started with LD_LIBRARY_PATH set to them, which its own loader has read by now
(https://pyinstaller.org/en/stable/runtime-information.html#ld-library-path-libpath-considerations).
"""

import os

if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
