//! Part IV of the course: non-convex optimisation and loss landscapes.

pub mod loss_landscape;
