"""The trainings that papers describe, as far as they describe them."""

from memcap.training.config import TrainConfig


def kajitsuka_sato(learning_rate: float, warmup: int) -> TrainConfig:
    """Full-batch AdamW for 1000 steps, with tuned step size and warm-up.

    The paper tunes both arguments with Optuna, 2 or 10 trials a size. It does not state
    decay, seeds or what follows the warm-up; here the step size stays.

    Args:
        learning_rate: step size after the warm-up.
        warmup: steps of the way up.

    References:
        KS25.Exp0, KS25.Exp3.
    """
    return TrainConfig(
        steps=1000,
        learning_rate=learning_rate,
        warmup=warmup,
        schedule="constant",
        check_every=50,
    )


def morris(learning_rate: float, warmup: int, *, steps: int = 10**6) -> TrainConfig:
    """Adam on batches of 2048 for a million steps, computed in bfloat16.

    The step size is an argument because the paper's protocol, as we have it, states
    neither it nor its course; here it stays after the warm-up. Parameters are float32.

    Args:
        learning_rate: step size after the warm-up.
        warmup: steps of the way up.
        steps: fewer of them are another protocol, and should be said so.

    References:
        Morris25.Exp.
    """
    return TrainConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup=warmup,
        schedule="constant",
        compute="bfloat16",
        batch_size=2048,
        check_every=1000,
    )
