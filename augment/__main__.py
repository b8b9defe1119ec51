"""`python -m augment` is `augment`."""

import sys

from augment.cli import main

sys.exit(main())
