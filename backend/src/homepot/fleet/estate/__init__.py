"""Sites together with the devices at them."""
