"""Optuna on the score tables of ScoreTableTest: `OPTUNA_ENV/bin/python tests/peers/score_tables.py [--seeds 100]`.

What ScoreTableTest measures of our strategies, of Optuna's: epochs that are trained until the score is reached that the best of 60
full trainings at random reaches in half of all cases (medians over seeds), and the median best after half of their epochs. A
configuration that was scored before costs nothing. Optuna's Hyperband goes on with a training where ours trains afresh: it pays the difference only.
"""

import argparse
import csv
import os
import statistics

import optuna

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = os.path.join(
    os.path.dirname(os.path.dirname(HERE)), "arbiter-search/src/test/resources/io/github/dl4jhopfield/search/strategy"
)
EPOCHS = [1, 3, 9]
RANGES = {"learningRate": 9, "embedding": 4, "dropout": 4}  # and their highest level
BUDGET = 60 * EPOCHS[-1]


def read(name):
    with open(os.path.join(TABLES, name + ".csv")) as file:
        rows = list(csv.DictReader(file))
    levels = {r: sorted({float(row[r]) for row in rows}) for r in RANGES}
    return {
        (int(row["heads"]), *(levels[r].index(float(row[r])) for r in RANGES)): [float(row[f"auc{e}"]) for e in EPOCHS]
        for row in rows
    }


def configuration(trial):
    heads = trial.suggest_categorical("heads", [1, 4])
    return (heads, *(trial.suggest_int(r, 0, top) for r, top in RANGES.items()))


def search(table, sampler, pruner, batch):
    """The best score after each epoch that was paid."""
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    paid = {}  # configuration -> epochs
    best, top = [], float("-inf")
    asked = 0
    while len(best) < BUDGET and asked < 2000:
        trials = [study.ask() for _ in range(batch)]
        asked += batch
        # in rounds of suggestions and answers, as workers beside each other do it
        for trial, key in [(t, configuration(t)) for t in trials]:
            state = optuna.trial.TrialState.COMPLETE
            for epochs, score in zip(EPOCHS, table[key]):
                new = epochs - paid.get(key, 0)
                best += [top] * max(0, new)
                paid[key] = max(paid.get(key, 0), epochs)
                if pruner is None and epochs < EPOCHS[-1]:
                    continue
                top = max(top, score)
                if new > 0:
                    best[-1] = top
                trial.report(score, epochs)
                if pruner is not None and epochs < EPOCHS[-1] and trial.should_prune():
                    state = optuna.trial.TrialState.PRUNED
                    break
            study.tell(trial, score if state == optuna.trial.TrialState.COMPLETE else None, state=state)
    return best[:BUDGET]


def aim_of(table):
    """Median of the best of 60 drawn without replacement."""
    scores = sorted((row[-1] for row in table.values()), reverse=True)
    none, k = 1.0, 0
    while none > 0.5:  # none of the best k among the 60
        none *= 1 - 60 / (len(scores) - k)
        k += 1
    return scores[k - 1]


def until(best, aim):
    return next((i + 1 for i, score in enumerate(best) if score >= aim), 2 * BUDGET)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--tables", default="musk1,elephant")
    parser.add_argument("--peers", help="only peers with this in their name")
    arguments = parser.parse_args()
    seeds = range(1, 1 + arguments.seeds)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    tpe = lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
    hyperband = lambda factor=3: optuna.pruners.HyperbandPruner(
        min_resource=1, max_resource=EPOCHS[-1], reduction_factor=factor
    )
    peers = {
        "random": (lambda s: optuna.samplers.RandomSampler(seed=s), lambda: None, 1),
        "TPE": (tpe, lambda: None, 1),
        "TPE, 4 at once": (tpe, lambda: None, 4),
        "Hyperband, random": (lambda s: optuna.samplers.RandomSampler(seed=s), hyperband, 1),
        "Hyperband, TPE": (tpe, hyperband, 1),
        "Hyperband of 9, random": (lambda s: optuna.samplers.RandomSampler(seed=s), lambda: hyperband(9), 1),
        "Hyperband of 9, TPE": (tpe, lambda: hyperband(9), 1),
    }
    print(f"Optuna {optuna.__version__}, {len(seeds)} seeds")
    for name in arguments.tables.split(","):
        table = read(name)
        aim = aim_of(table)
        print(f"{name}: best of 60 at random {aim:.5f}, best of all {max(max(s) for s in table.values()):.5f}")
        for peer, (sampler, pruner, batch) in peers.items():
            if arguments.peers and arguments.peers not in peer:
                continue
            runs = [search(table, sampler(seed), pruner(), batch) for seed in seeds]
            reached = statistics.median(until(run, aim) for run in runs)
            half = statistics.median(run[BUDGET // 2 - 1] for run in runs)
            print(f"  {peer:30} {reached:6.0f} epochs, best after {BUDGET // 2}: {half:.5f}", flush=True)


if __name__ == "__main__":
    main()
