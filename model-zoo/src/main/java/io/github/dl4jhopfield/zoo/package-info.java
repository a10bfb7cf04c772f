/**
 * One workbench and its tenants. The workbench: {@code files}, {@code report}, {@code experiment},
 * {@code learn}, {@code networks}, {@code explain}. The tenants, which use the workbench and never
 * each other: {@code mil}, {@code memory}, {@code tasks} and those to come.
 */
package io.github.dl4jhopfield.zoo;
