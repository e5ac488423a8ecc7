//! The teacher: an exponential mean of a network's values over the steps of its training.

use tch::Tensor;

use crate::kernel::elementwise::{self, Elementwise, lerp};
use crate::kernel::team::threads;
use crate::optimizer::Form;

/// The share of the teacher that stays in a step, counted from 0: the plain mean of all students so
/// far until that is `decay`, then `decay`. At step 0 nothing stays.
///
/// # Source
/// Tarvainen and Valpola (2017) and the code of the field: `min(1 - 1 / (step + 1), decay)`.
pub fn decay_at(step: u64, decay: f64) -> f64 {
    (1.0 - 1.0 / (step as f64 + 1.0)).min(decay)
}

/// Moves the teacher towards the student: `teacher = shrink (decay teacher + (1 - decay) student)`.
///
/// `shrink` is 1, or slightly less where the teacher's values are to decay as well.
///
/// # Shapes
/// Both `[N]`, f32, on one device, apart in memory. No gradient passes.
pub fn follow(teacher: &Tensor, student: &Tensor, decay: f64, shrink: f64) {
    follow_as(Form::of(teacher), teacher, student, decay, shrink);
}

fn follow_as(form: Form, teacher: &Tensor, student: &Tensor, decay: f64, shrink: f64) {
    let share = 1.0 - decay;
    tch::no_grad(|| match form {
        Form::Fused => {
            let rule = Follow { share: share as f32, shrink: shrink as f32 };
            elementwise::apply(rule, [teacher], [student], threads());
        }
        Form::Tensors => {
            let mut teacher = teacher.shallow_clone();
            let _ = teacher.lerp_(student, share);
            if shrink != 1.0 {
                teacher *= shrink;
            }
        }
    });
}

#[derive(Debug, Clone, Copy)]
struct Follow {
    share: f32,
    shrink: f32,
}

impl Elementwise<1, 1> for Follow {
    fn apply(self, [teacher]: [f32; 1], [student]: [f32; 1]) -> [f32; 1] {
        [lerp(teacher, student, self.share) * self.shrink]
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    const FORMS: [Form; 2] = [Form::Fused, Form::Tensors];

    #[test]
    fn the_decay_rises_to_its_value() {
        // 1 - 1/1, 1 - 1/2, 1 - 1/4; 1 - 1/100 = 0.99 exactly, then it stays.
        let found = [0, 1, 3, 99, 100, 30_000].map(|step| decay_at(step, 0.99));
        assert_eq!(found, [0.0, 0.5, 0.75, 0.99, 0.99, 0.99]);
    }

    #[test]
    fn the_teacher_is_the_mean_of_its_students_at_first() {
        for form in FORMS {
            let teacher = Tensor::from_slice(&[100f32, -100.0]);
            for (step, student) in [[1f32, 2.0], [3.0, 6.0], [8.0, 1.0]].iter().enumerate() {
                let decay = decay_at(step as u64, 0.99);
                follow_as(form, &teacher, &Tensor::from_slice(student), decay, 1.0);
            }
            // (1 + 3 + 8) / 3 and (2 + 6 + 1) / 3; the first teacher is forgotten.
            let found = Vec::<f32>::try_from(&teacher).unwrap();
            assert!((found[0] - 4.0).abs() < 1e-6 && (found[1] - 3.0).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn the_mean_shrinks_where_asked() {
        for form in FORMS {
            let teacher = Tensor::from_slice(&[8f32]);
            // 0.5 (0.75 * 8 + 0.25 * 16) = 5.
            follow_as(form, &teacher, &Tensor::from_slice(&[16f32]), 0.75, 0.5);
            assert_eq!(teacher.double_value(&[0]), 5.0);
        }
    }

    #[test]
    fn a_teacher_that_equals_its_student_stays() {
        for form in FORMS {
            let student = Tensor::linspace(-3, 3, 1001, (Kind::Float, Device::Cpu));
            let teacher = student.copy();
            for _ in 0..100 {
                follow_as(form, &teacher, &student, 0.999, 1.0);
            }
            assert_eq!(teacher, student);
        }
    }

    #[test]
    fn both_forms_agree_and_no_gradient_passes() {
        let student = (Tensor::arange(200_000, (Kind::Float, Device::Cpu)) * 0.37).sin();
        let student = student.set_requires_grad(true);
        let teachers = FORMS.map(|form| {
            let teacher = student.detach().flip([0]);
            for step in 0..20 {
                follow_as(form, &teacher, &student, decay_at(step, 0.9), 1.0 - 1e-6);
            }
            assert!(!teacher.requires_grad());
            teacher
        });
        let off = (&teachers[0] - &teachers[1]).abs().max().double_value(&[]);
        assert!(off < 1e-6, "{off}");
    }
}
