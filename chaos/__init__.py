"""The loss checker: hurts the running product and proves that nothing acknowledged is lost."""
