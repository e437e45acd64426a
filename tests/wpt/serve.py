"""Starts the Web Platform Tests' own server, wptserve, from a folder of the tests: serve.py --config FILE."""

import os
import sys

# The folder comes by the environment, as the server starts processes that run this file again.
root = os.environ["WPT_ROOT"]
sys.path.insert(0, os.path.join(root, "tools"))
os.chdir(root)

import localpaths  # noqa: E402, F401
from serve import serve  # noqa: E402

if __name__ == "__main__":
    serve.run(**vars(serve.get_parser().parse_args()))
