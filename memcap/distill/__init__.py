"""CoT distillation: students judged against their own score before it."""
