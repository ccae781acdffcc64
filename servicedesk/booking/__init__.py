"""Book times at desks: availability, holds, appointments, wishes."""
