package lab;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Begins a session, or calls a method of the case with what it asks for and sends the cookies that it hands back. */
public class LabServlet extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        String[] path = request.getPathInfo().split("/");
        try {
            if (path[1].equals("session")) request.getSession().setAttribute("lab", "1");
            else call(path[2], path[3], path[4].equals("true"), request, response);
            response.setStatus(200);
        } catch (Throwable error) {
            Main.error = error instanceof InvocationTargetException wrapper ? wrapper.getCause() : error;
            response.setStatus(500);
        }
    }

    private void call(String className, String name, boolean yes, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        Class<?> owner = Thread.currentThread().getContextClassLoader().loadClass(className);
        for (Method method : owner.getDeclaredMethods()) {
            if (!method.getName().equals(name) || method.isSynthetic()) continue;
            Object[] values = values(method, yes, request, response);
            Object self = Modifier.isStatic(method.getModifiers()) ? null : create(owner, yes, request, response);
            send(open(method).invoke(self, values), response);
            boolean sends = List.of(method.getParameterTypes()).contains(HttpServletResponse.class);
            for (Object value : values) if (!sends && value instanceof Cookie) send(value, response);
        }
    }

    private static <T extends AccessibleObject> T open(T member) {
        member.setAccessible(true);
        return member;
    }

    private Object create(Class<?> owner, boolean yes, HttpServletRequest request, HttpServletResponse response) throws Exception {
        Constructor<?> constructor = open(owner.getDeclaredConstructors()[0]);
        Object self = constructor.newInstance(values(constructor, yes, request, response));
        for (Field field : owner.getDeclaredFields()) {
            if (field.getType() == HttpServletResponse.class) open(field).set(self, response);
            if (field.getType() == HttpServletRequest.class) open(field).set(self, request);
        }
        return self;
    }

    private Object[] values(Executable called, boolean yes, HttpServletRequest request, HttpServletResponse response) throws Exception {
        List<Object> values = new ArrayList<>();
        for (Class<?> type : called.getParameterTypes()) {
            if (type.isInstance(request)) values.add(request);
            else if (type.isInstance(response)) values.add(response);
            else if (type == boolean.class) values.add(yes);
            else if (type == int.class || type == long.class) values.add(1);
            else if (type == String.class) values.add("lab");
            else if (type == List.class) values.add(List.of("lab"));
            else if (type == Map.class) values.add(Map.of());
            else if (type.getSimpleName().equals("Cookie")) values.add(cookie(type));
            else values.add(null);
        }
        return values.toArray();
    }

    /** A cookie that a method is handed: Secure, so that what the method takes away is seen. */
    private Object cookie(Class<?> type) throws Exception {
        Object cookie = type.getConstructor(String.class, String.class).newInstance("lab", "1");
        if (cookie instanceof Cookie own) own.setSecure(true);
        return cookie;
    }

    private void send(Object result, HttpServletResponse response) throws Exception {
        if (result == null) return;
        if (result instanceof Cookie cookie) response.addCookie(cookie);
        else if (result.getClass().isArray()) for (int i = 0; i < Array.getLength(result); i++) send(Array.get(result, i), response);
        else if (result instanceof Iterable<?> several) for (Object each : several) send(each, response);
        else if (isOne(result, "NewCookie") || isOne(result, "ResponseCookie")) response.addHeader("Set-Cookie", result.toString());
        else if (isOne(result, "ResponseEntity")) send(headers(result), response);
        else if (isOne(result, "Response")) send(((Map<?, ?>) result.getClass().getMethod("getCookies").invoke(result)).values(), response);
        else if (result instanceof HeaderLine line) response.addHeader("Set-Cookie", line.text);
    }

    private record HeaderLine(String text) {}

    private static List<HeaderLine> headers(Object entity) throws Exception {
        Object headers = entity.getClass().getMethod("getHeaders").invoke(entity);
        // Spring 7 no longer makes its headers a map.
        Class<?> key = headers instanceof Map ? Object.class : String.class;
        List<?> lines = (List<?>) open(headers.getClass().getMethod("get", key)).invoke(headers, "Set-Cookie");
        return lines == null ? List.of() : lines.stream().map(line -> new HeaderLine(line.toString())).toList();
    }

    private static boolean isOne(Object value, String name) {
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass())
            if (type.getSimpleName().equals(name)) return true;
        return false;
    }
}
