"""What runs inside one measuring job."""
