"""The stack on one machine: the embedded AWS and all processes, behind ``bin/up``."""
