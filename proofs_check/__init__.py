"""Every numbered statement the project stands on, checked and attacked."""
