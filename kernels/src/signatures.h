// What the words of kernels.def are in C, and the prototype of every kernel.
#ifndef UNDERTONE_SIGNATURES_H
#define UNDERTONE_SIGNATURES_H

// LIST(F, a, b, c) is F(a), F(b), F(c), for up to 27 arguments. A macro does not expand inside itself, so each element
// hands the rest on as LIST_AGAIN PARENS, which the next of 27 scans expands.
#define LIST(F, ...) SCAN_27(LIST_NEXT(F, __VA_ARGS__))
#define LIST_NEXT(F, first, ...) F(first) __VA_OPT__(, LIST_AGAIN PARENS(F, __VA_ARGS__))
#define LIST_AGAIN() LIST_NEXT
#define PARENS ()
#define SCAN_27(...) SCAN_9(SCAN_9(SCAN_9(__VA_ARGS__)))
#define SCAN_9(...) SCAN_3(SCAN_3(SCAN_3(__VA_ARGS__)))
#define SCAN_3(...) SCAN(SCAN(SCAN(__VA_ARGS__)))
#define SCAN(...) __VA_ARGS__

// An argument as a parameter: in(a) is const float *a.
#define PARAMETER(argument) PARAMETER_##argument
#define PARAMETER_in(name) const float *name
#define PARAMETER_out(name) float *name
#define PARAMETER_inout(name) float *name
#define PARAMETER_optional_in(name) const float *name
#define PARAMETER_optional_out(name) float *name
#define PARAMETER_optional_inout(name) float *name
#define PARAMETER_size(name) int name
#define PARAMETER_flag(name) int name
#define PARAMETER_integer(name) int name
#define PARAMETER_real(name) float name

// The name of an argument: c for in(c).
#define NAME(argument) NAME_##argument
#define NAME_in(name) name
#define NAME_out(name) name
#define NAME_inout(name) name
#define NAME_optional_in(name) name
#define NAME_optional_out(name) name
#define NAME_optional_inout(name) name
#define NAME_size(name) name
#define NAME_flag(name) name
#define NAME_integer(name) name
#define NAME_real(name) name

#define KERNEL(result, name, ...) static result name(LIST(PARAMETER, __VA_ARGS__));
#include "kernels.def"
#undef KERNEL

#endif
