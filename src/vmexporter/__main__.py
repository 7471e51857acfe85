"""``python -m vmexporter`` is the ``vmexporter`` command."""

from vmexporter.cli.main import main

if __name__ == "__main__":
    main()
