"""The last words of tools/demo: what the run changed on held-out prompts, and where to look."""

import json
import sys
from pathlib import Path


def main(run: Path) -> None:
    lines = [json.loads(line) for line in (run / "evaluation.jsonl").read_text().splitlines()]
    before, after = lines[0], lines[-1]
    print(f"\n{after['images']} held-out prompts, the same noise before and after {after['step']} steps")
    print(f"{'':14}{'before':>10}{'after':>10}{'change':>10}{'standard error':>17}")
    scores = [name for name, value in after.items() if isinstance(value, dict)]
    for name in scores:
        row = after[name]
        print(
            f"{name:14}{row['base']:10.3f}{row['policy']:10.3f}{row['difference']:+10.3f}"
            f"{row['standard_error']:17.3f}"
        )
    print(f"{'divergence':14}{before['divergence']:10.5f}{after['divergence']:10.5f}")
    reward = after[scores[0]]
    if reward["difference"] <= 3 * reward["standard_error"]:
        print("The reward did not rise clearly; that is not what this demo should do.")
    print(f"\nbase model beside policy:  {run}/samples/step-{after['step']:06}.png")
    print(f"everything of the run:     {run}/")
    open_it = f"from rocm_dist_records import open_run; print(open_run('{run}'))"
    print(f'trajectories in Python:    PYTHONPATH=python .deps/python/bin/python -c "{open_it}"')


main(Path(sys.argv[1]))
