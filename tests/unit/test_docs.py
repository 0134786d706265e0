"""What is generated is what is written; what a person writes names what exists."""

from ingest import docs


def test_generated_pages_are_what_the_modules_and_models_say() -> None:
    for path, text in docs.written().items():
        assert path.read_text(encoding="utf-8") == text, f"run `entente docs`: {path.name} has drifted"
