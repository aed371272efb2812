"""Writes the page at a path as it is served while there is no database, made of the data of the site that it runs for.

python -m tests.browser.screens.without_list /appeals/kyrgyzstan-2020/
"""

import sys


def main(path: str) -> None:
    from petition.publishing.cache.rendering import WITHOUT_LIST, render_path
    from petition.wsgi import _django  # loads the settings

    sys.stdout.buffer.write(render_path(_django, path, WITHOUT_LIST).body)


if __name__ == "__main__":
    main(sys.argv[1])
