package lab;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds what of a class the lab calls by itself: methods that send or return cookies and that the case does not call. */
final class Calls {
    private static final Pattern CONCERNED = Pattern.compile("(HttpServletResponse|Cookie|ResponseEntity|Response|NewCookie\\[\\])$");

    private Calls() {}

    /** Adds a path of the lab's servlet for each; `all` is the text of the whole case. */
    static void of(Class<?> owner, String text, String all, Pattern skipped, Map<String, String> units) {
        if (owner.isInterface() || ancestors(owner).anyMatch(name -> skipped.matcher(name).find())) return;
        List<Method> methods = Stream.of(owner.getDeclaredMethods())
            .filter(method -> !method.isSynthetic() && isConcerned(owner, method) && mentions(all, method.getName()) == 1)
            .sorted(Comparator.comparingInt(method -> text.indexOf(method.getName() + "(")))
            .toList();
        for (Method method : methods) {
            boolean asks = List.of(method.getParameterTypes()).contains(boolean.class)
                || Stream.of(owner.getDeclaredConstructors()[0].getParameterTypes()).anyMatch(type -> type == boolean.class);
            for (String yes : asks ? List.of("false", "true") : List.of("false"))
                units.put(
                    "/lab/call/" + owner.getName() + "/" + method.getName() + "/" + yes,
                    owner.getSimpleName() + "." + method.getName() + (asks ? "(" + yes + ")" : ""));
        }
    }

    private static Stream<String> ancestors(Class<?> owner) {
        Stream<Class<?>> classes = Stream.iterate(owner.getSuperclass(), type -> type != null, type -> type.getSuperclass());
        return Stream.concat(classes, Stream.of(owner.getInterfaces())).map(Class::getSimpleName);
    }

    private static boolean isConcerned(Class<?> owner, Method method) {
        Stream<Class<?>> types = Stream.concat(Stream.of(method.getParameterTypes()), Stream.of(method.getReturnType()));
        return types.anyMatch(type -> CONCERNED.matcher(type.getSimpleName()).find());
    }

    private static long mentions(String all, String name) {
        return Pattern.compile("\\b" + Pattern.quote(name) + "\\(").matcher(all).results().count();
    }
}
