"""``python -m memcap`` is the command line."""

from memcap.cli.main import main

if __name__ == "__main__":
    main()
