//! What the attributes accept, and what it does when it runs. One file for each row of the specification.

#![allow(
    clippy::allow_attributes_without_reason,
    clippy::just_underscores_and_digits,
    clippy::multiple_bound_locations,
    clippy::needless_arbitrary_self_type,
    clippy::needless_return,
    clippy::non_minimal_cfg,
    clippy::ptr_arg,
    clippy::todo,
    clippy::too_many_arguments,
    reason = "the rows hold what users write"
)]
#![forbid(unsafe_code)]

use std::sync::{Mutex, PoisonError};

#[cfg(feature = "glib")]
#[path = "attributes/application.rs"]
mod application;
#[path = "attributes/entry_points.rs"]
mod entry_points;
#[path = "attributes/overlap.rs"]
mod overlap;
#[path = "attributes/p02_main_result.rs"]
mod p02_main_result;
#[cfg(feature = "glib")]
#[path = "attributes/p03_main_glib_exit_code.rs"]
mod p03_main_glib_exit_code;
#[path = "attributes/p04_main_exit_code.rs"]
mod p04_main_exit_code;
#[path = "attributes/p05_main_termination.rs"]
mod p05_main_termination;
#[path = "attributes/p07_main_return.rs"]
mod p07_main_return;
#[path = "attributes/p08_main_not_main.rs"]
mod p08_main_not_main;
#[path = "attributes/p09_main_method.rs"]
mod p09_main_method;
#[path = "attributes/p10_impl_trait.rs"]
mod p10_impl_trait;
#[path = "attributes/p12_test_by_name.rs"]
mod p12_test_by_name;
#[path = "attributes/p18_from_macro_rules.rs"]
mod p18_from_macro_rules;
#[path = "attributes/p19_cfg.rs"]
mod p19_cfg;
#[path = "attributes/p21_inner_attributes.rs"]
mod p21_inner_attributes;
#[path = "attributes/p22_one_line_bodies.rs"]
mod p22_one_line_bodies;
#[path = "attributes/p24_other_test_attributes.rs"]
mod p24_other_test_attributes;
#[path = "attributes/p25_results.rs"]
mod p25_results;
#[path = "attributes/p26_arguments_of_another_attribute.rs"]
mod p26_arguments_of_another_attribute;
#[path = "attributes/p27_called_as_a_statement.rs"]
mod p27_called_as_a_statement;
#[path = "attributes/p28_join.rs"]
mod p28_join;
#[cfg(feature = "glib")]
#[path = "attributes/p29_borrowed_object.rs"]
mod p29_borrowed_object;
#[cfg(feature = "glib")]
#[path = "attributes/p30_by_name.rs"]
mod p30_by_name;
#[cfg(feature = "glib")]
#[path = "attributes/p31_in_a_closure.rs"]
mod p31_in_a_closure;
#[path = "attributes/p32_ignored_arguments.rs"]
mod p32_ignored_arguments;
#[path = "attributes/p33_patterns.rs"]
mod p33_patterns;
#[path = "attributes/p34_mut_argument.rs"]
mod p34_mut_argument;
#[path = "attributes/p35_attributes_on_arguments.rs"]
mod p35_attributes_on_arguments;
#[path = "attributes/p36_borrowed_arguments.rs"]
mod p36_borrowed_arguments;
#[path = "attributes/p37_generics.rs"]
mod p37_generics;
#[path = "attributes/p38_impl_trait_argument.rs"]
mod p38_impl_trait_argument;
#[path = "attributes/p39_impl_trait_output.rs"]
mod p39_impl_trait_output;
#[cfg(feature = "glib")]
#[path = "attributes/p40_gobject_methods.rs"]
mod p40_gobject_methods;
#[path = "attributes/p40_methods.rs"]
mod p40_methods;
#[cfg(feature = "glib")]
#[path = "attributes/p40_weak_receivers.rs"]
mod p40_weak_receivers;
#[path = "attributes/p41_associated_function.rs"]
mod p41_associated_function;
#[path = "attributes/p42_trait_impl.rs"]
mod p42_trait_impl;
#[path = "attributes/p43_recursion.rs"]
mod p43_recursion;
#[path = "attributes/p45_attributes_move_out.rs"]
mod p45_attributes_move_out;
#[path = "attributes/p46_handle_in_a_struct.rs"]
mod p46_handle_in_a_struct;
#[path = "attributes/p47_inside_a_function.rs"]
mod p47_inside_a_function;
#[cfg(feature = "glib")]
#[path = "attributes/p53_from_glib_closures.rs"]
mod p53_from_glib_closures;
#[cfg(feature = "glib")]
#[path = "attributes/p54_beside_other_tests.rs"]
mod p54_beside_other_tests;
#[path = "attributes/p55_all_options.rs"]
mod p55_all_options;
#[path = "attributes/p56_diverging_bodies.rs"]
mod p56_diverging_bodies;
#[path = "attributes/p57_argument_names.rs"]
mod p57_argument_names;
#[path = "attributes/p58_identifiers.rs"]
mod p58_identifiers;
#[path = "attributes/p59_generic_names.rs"]
mod p59_generic_names;
#[cfg(feature = "glib")]
#[path = "attributes/p60_gio_errors.rs"]
mod p60_gio_errors;
#[path = "attributes/p62_where_it_happened.rs"]
mod p62_where_it_happened;
#[path = "attributes/p63_arguments_are_cloned_at_the_call.rs"]
mod p63_arguments_are_cloned_at_the_call;
#[cfg(feature = "test-util")]
#[path = "attributes/start_paused.rs"]
mod start_paused;
#[path = "attributes/tokio.rs"]
mod tokio;
#[cfg(feature = "glib")]
#[path = "attributes/weak_arguments.rs"]
mod weak_arguments;

/// Runs what has the default main context to itself: one at a time.
fn alone<T>(body: impl FnOnce() -> T) -> T {
    static DEFAULT_CONTEXT: Mutex<()> = Mutex::new(());
    let _guard = DEFAULT_CONTEXT
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    body()
}

/// Runs the rows that are whole programs. Their mistakes are panics or `Err`.
macro_rules! programs {
    ($($(#[$meta:meta])* $row:ident)*) => {$(
        $(#[$meta])*
        #[test]
        fn $row() {
            let status = alone(|| std::process::Termination::report(self::$row::main()));
            let success = std::process::ExitCode::SUCCESS;
            assert_eq!(format!("{status:?}"), format!("{success:?}"));
        }
    )*};
}

programs! {
    p02_main_result
    #[cfg(feature = "glib")]
    p03_main_glib_exit_code
    p04_main_exit_code
    p05_main_termination
    p07_main_return
    p08_main_not_main
    p09_main_method
    p10_impl_trait
    p18_from_macro_rules
    p19_cfg
    p21_inner_attributes
    p22_one_line_bodies
    p27_called_as_a_statement
    p32_ignored_arguments
    p33_patterns
    p34_mut_argument
    p35_attributes_on_arguments
    p36_borrowed_arguments
    p37_generics
    p38_impl_trait_argument
    p39_impl_trait_output
    #[cfg(feature = "glib")]
    p40_gobject_methods
    p40_methods
    p41_associated_function
    p42_trait_impl
    p43_recursion
    p45_attributes_move_out
    p46_handle_in_a_struct
    p47_inside_a_function
    #[cfg(feature = "glib")]
    p53_from_glib_closures
    p55_all_options
    p56_diverging_bodies
    p57_argument_names
    p58_identifiers
    p59_generic_names
}
