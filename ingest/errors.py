"""What a user can meet: every error names the source, the file, the row where there is one, and the mend."""


class EntenteError(Exception):
    """Base of all errors that a user can meet; `retry` says whether trying again unchanged may help."""

    retry = False

    def __init__(self, problem: str, *, mend: str, source: str = "", file: str = "", row: int | None = None) -> None:
        self.problem, self.mend, self.source, self.file, self.row = problem, mend, source, file, row
        super().__init__(problem)

    def __str__(self) -> str:
        place = ", ".join(
            text
            for text in (
                self.source and f"source {self.source}",
                self.file and f"file {self.file}",
                self.row is not None and f"row {self.row}",
            )
            if text
        )
        return f"{place + ': ' if place else ''}{self.problem}. Mend: {self.mend}"

    def located(self, source: str, file: str) -> "EntenteError":
        """The same error with source and file filled in where the raiser did not know them."""
        self.source, self.file = self.source or source, self.file or file
        return self


class BadFile(EntenteError):
    """A raw file that can't be read as what its source publishes; it is rejected whole and nothing of it lands."""


class TryAgain(EntenteError):
    """What waiting may mend: a publisher that is busy, a connection that broke, a file that is still being written."""

    retry = True


class FileChanging(TryAgain):
    """A file that somebody is still writing."""


class InputMissing(EntenteError):
    """A folder or file that was asked for and is not there."""


class NothingGiven(InputMissing):
    """A source for which the user's folder holds nothing: nothing to do, and to be said."""


class FetchFailed(EntenteError):
    """A publisher that did not answer as asked; `retry` is set by the kind of answer."""

    def __init__(self, problem: str, *, mend: str, retry: bool, source: str = "", file: str = "") -> None:
        super().__init__(problem, mend=mend, source=source, file=file)
        self.retry = retry
